"""Mail that goes nowhere: what was sent is remembered."""

from actors.alerting import AlertMail


class MemoryMail:
    def __init__(self) -> None:
        self.is_down = False
        self.sent: list[AlertMail] = []

    async def send(self, mail: AlertMail) -> None:
        if self.is_down:
            raise ConnectionError("Network connection lost.")
        self.sent.append(mail)
