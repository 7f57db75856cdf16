"""The platform's binding to send mail as our port (`actors/alerting.py`)."""

from typing import Any

from js import Object, Proxy, Reflect
from pyodide.ffi import JsProxy, to_js

from actors.alerting import AlertMail


class EmailBinding:
    """Locally the binding is a stub, which the SDK wraps, and which has attributes of every name.

    So Python takes it for a generator, whose `send` is another: its own is given another name.
    """

    def __init__(self, binding: Any) -> None:
        stub = binding if isinstance(binding, JsProxy) else binding._binding  # noqa: SLF001
        send = Reflect.get.bind(None, stub, "send")
        handler = to_js({"get": send}, dict_converter=Object.fromEntries)
        self._renamed = Proxy.new(stub, handler)

    async def send(self, mail: AlertMail) -> None:
        message = {
            "from": mail.sender,
            "to": list(mail.recipients),
            "subject": mail.subject,
            "text": mail.text,
        }
        await self._renamed.deliver(to_js(message, dict_converter=Object.fromEntries))
