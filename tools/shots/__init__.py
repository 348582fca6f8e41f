"""Pictures of the manual, taken by walking its journeys in a running demo portal.

    make run                      # in one terminal
    make shots                    # in another; PORT=… as for `make run`

Every run adds a few people, wishes and tasks to the demo city, so it talks to this machine only and
takes its best pictures in a fresh city.
A picture that cannot be taken any more means that the manual no longer tells the truth.
"""
