"""An SMS gateway of a city, to be adapted to the one that it has a contract with.

Copy it to /etc/xianfeng/python/city_sms.py and write into /etc/xianfeng/env, before the installer runs:
    SMS_GATEWAY_URL='https://…'
    SMS_GATEWAY_TOKEN='…'
"""

import json
import os
import urllib.request

from notices.channels.sms import GatewayBackend, SmsError

TIMEOUT = 10  # seconds


class Gateway(GatewayBackend):
    """Posts {"mobile", "text"} as JSON; an answer of 2xx means accepted.

    Raises KeyError without its settings: the portal then does not start, instead of sending nothing.
    """

    def __init__(self) -> None:
        self.url, self.token = os.environ["SMS_GATEWAY_URL"], os.environ["SMS_GATEWAY_TOKEN"]

    def post(self, mobile: str, text: str) -> bool:
        body = json.dumps({"mobile": mobile, "text": text}).encode()
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except OSError as error:
            raise SmsError("The SMS gateway did not answer.") from error
