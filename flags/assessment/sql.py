"""The yearly check as one statement: members on one side, their lines of the year on the other.

The only place that says what a member owes and whether it is there. Both dialects differ in two places
only: the month of a date, and how a list of rows comes in. Months of leave are counted by day in
`assessing.leave_months` and handed in as JSON.
"""

from django.db import connection

MONTH = {"postgresql": "EXTRACT(MONTH FROM {0})::int", "sqlite": "CAST(strftime('%%m', {0}) AS INTEGER)"}

LEAVES = {
    "postgresql": "SELECT member_id, months FROM jsonb_to_recordset(%(leaves)s::jsonb)"
    " AS leaves(member_id bigint, months int)",
    # Without a declared type SQLite makes no index of it, and looks through all leave for each member.
    "sqlite": "SELECT CAST(json_extract(value, '$.member_id') AS INTEGER) AS member_id,"
    " json_extract(value, '$.months') AS months FROM json_each(%(leaves)s)",
}

# What `FIGURES` gives of each member, in this order: the fields of `Assessment`.
COLUMNS = (
    "member_id", "unit_id", "community_id", "result", "flags", "minutes", "lines", "required_flags",
    "required_minutes", "months", "exempt_months", "missing_flags", "missing_minutes",
)  # fmt: skip
FIGURES = """
SELECT member_id, unit_id, community_id,
    CASE WHEN months = 0 THEN %(exempt)s
         WHEN flags >= required_flags AND minutes >= required_minutes THEN %(qualified)s
         ELSE %(unqualified)s END AS result,
    flags, minutes, lines, required_flags, required_minutes, months, exempt_months,
    CASE WHEN flags < required_flags THEN required_flags - flags ELSE 0 END AS missing_flags,
    CASE WHEN minutes < required_minutes THEN required_minutes - minutes ELSE 0 END AS missing_minutes
FROM (
    -- A part of a year is rounded up: (n * months + 11) / 12 in whole numbers.
    SELECT counted.*,
        ((CASE WHEN is_leader THEN %(min_flags_leader)s ELSE %(min_flags)s END) * months + 11) / 12
            AS required_flags,
        (%(min_minutes)s * months + 11) / 12 AS required_minutes
    FROM (
        -- Of who moved since, the unit of the year's end: the one the first later move came from.
        SELECT member.id AS member_id, member.community_id, member.is_leader,
            COALESCE((SELECT change.from_unit_id FROM members_rosterchange change
                WHERE change.member_id = member.id AND change.kind = 'moved' AND change.state = 'done'
                  AND change.day > %(last)s ORDER BY change.day, change.id LIMIT 1), member.unit_id
            ) AS unit_id,
            COALESCE(total.flags, 0) AS flags, COALESCE(total.minutes, 0) AS minutes,
            COALESCE(total.lines, 0) AS lines, COALESCE(leave.months, 0) AS exempt_months,
            CASE WHEN %(pro_rata)s AND member.departed_on <= %(last)s THEN {departed} ELSE 12 END
            - CASE WHEN %(pro_rata)s AND member.joined_on >= %(first)s THEN {joined} ELSE 1 END
            + 1 - COALESCE(leave.months, 0) AS months
        FROM members_member member
        LEFT JOIN (
            SELECT member_id, SUM(delta) AS flags, SUM(minutes) AS minutes, COUNT(*) AS lines
            FROM flags_flagentry WHERE year = %(year)s AND seq <= %(seq)s {lines_of} GROUP BY member_id
        ) total ON total.member_id = member.id
        LEFT JOIN ({leaves}) leave ON leave.member_id = member.id
        WHERE member.state <> %(merged)s AND (member.joined_on IS NULL OR member.joined_on <= %(last)s)
          AND (member.departed_on >= %(first)s
               OR (member.departed_on IS NULL AND member.state <> %(left)s))
          -- Dates the wrong way round name no day at all, and must not stop everybody else's check.
          AND (member.joined_on IS NULL OR member.departed_on IS NULL
               OR member.joined_on <= member.departed_on)
          {of}
    ) counted
) figured
ORDER BY member_id
"""
FILLING = """
INSERT INTO flags_assessment (run_id, {columns}) SELECT %(run)s, {columns} FROM ({figures}) found
"""


def figures(*, of_one: bool = False) -> str:
    """Everybody's figures, or those of `%(member)s` alone, for the database in use."""
    month = MONTH[connection.vendor]
    return FIGURES.format(
        departed=month.format("member.departed_on"),
        joined=month.format("member.joined_on"),
        leaves=LEAVES[connection.vendor],
        lines_of="AND member_id = %(member)s" if of_one else "",
        of="AND member.id = %(member)s" if of_one else "",
    )


def filling() -> str:
    """Everybody's figures as results of `%(run)s`."""
    return FILLING.format(columns=", ".join(COLUMNS), figures=figures())
