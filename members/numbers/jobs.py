"""Short messages about changed numbers."""

from celery import shared_task

from members.numbers import texting


@shared_task(name="members.send_number_texts")
def send_number_texts() -> None:
    texting.send_texts()
