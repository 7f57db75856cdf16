"""A token for the local Worker: python -m tools.dev_token --user alice --hours 12 | --operator."""

import argparse
import sys
import time

import jwt

from tools.runtime import dev_vars
from tools.runtime.paths import DEV_VARS
from tools.runtime.trouble import told_plainly


def mint(secret: str, user_id: str, lifetime_s: int) -> str:
    now_s = int(time.time())
    claims = {"sub": user_id, "iat": now_s, "exp": now_s + lifetime_s}
    return jwt.encode(claims, secret, algorithm="HS256")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.dev_token", description=__doc__)
    parser.add_argument("--user", default="alice", help="who the bearer is (default: alice)")
    parser.add_argument("--hours", type=float, default=12, help="how long (default: 12)")
    parser.add_argument("--operator", action="store_true", help="an operator's, for /ops")
    options = parser.parse_args()
    if options.operator:
        print(dev_vars.operator_token(DEV_VARS))
        return 0
    secret = dev_vars.secret(DEV_VARS, "JWT_SECRET")
    print(mint(secret, options.user, int(options.hours * 3600)))
    return 0


if __name__ == "__main__":
    sys.exit(told_plainly(main))
