"""The platform's WebCrypto as our `Verifier`."""

from typing import Any

from js import Object, crypto
from pyodide.ffi import JsException, to_js

from edge.access_keys import Jwk

RSA = "RSASSA-PKCS1-v1_5"


class SubtleVerifier:
    async def verified(self, jwk: Jwk, signing_input: bytes, signature: bytes) -> bool:
        try:
            key = await crypto.subtle.importKey(
                "jwk",
                _js({"kty": jwk.kty, "alg": jwk.alg, "n": jwk.n, "e": jwk.e}),
                _js({"name": RSA, "hash": "SHA-256"}),
                False,  # noqa: FBT003 -- WebCrypto's order: not extractable
                to_js(["verify"]),
            )
            is_its = await crypto.subtle.verify(RSA, key, to_js(signature), to_js(signing_input))
        except JsException:  # the key is none
            return False
        return bool(is_its)


def _js(value: dict[str, str]) -> Any:
    return to_js(value, dict_converter=Object.fromEntries)
