"""Session tokens for the local Worker."""

import jwt

from tools import dev_token

SECRET = "s" * 64


def test_a_minted_token_names_its_bearer_and_its_end() -> None:
    token = dev_token.mint(SECRET, "alice", 3600)

    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["sub"] == "alice"
    assert claims["exp"] - claims["iat"] == 3600
