"""What the port `Objects` promises of its lists of keys."""

from tests.contract.checks.objects import Bucket


async def keys_under_a_prefix_are_listed_in_their_order(bucket: Bucket) -> None:
    for name in ("l/2", "l/10", "l/1", "l", "m/1"):
        await bucket.put(name)

    found = await bucket.objects.list_under(bucket.root + "l/", "", 10)

    assert [listed.key.removeprefix(bucket.root) for listed in found] == ["l/1", "l/10", "l/2"]
    assert all(isinstance(listed.stored_at_ms, int) for listed in found)
    assert found[0].stored_at_ms > 1_700_000_000_000


async def and_may_be_listed_some_at_a_time(bucket: Bucket) -> None:
    for name in ("n/1", "n/2", "n/3"):
        await bucket.put(name)

    first = await bucket.objects.list_under(bucket.root + "n/", "", 2)
    rest = await bucket.objects.list_under(bucket.root + "n/", first[-1].key, 2)

    listed = [one.key.removeprefix(bucket.root) for one in (*first, *rest)]
    assert listed == ["n/1", "n/2", "n/3"]


async def under_a_prefix_without_objects_nothing_is_listed(bucket: Bucket) -> None:
    assert await bucket.objects.list_under(bucket.root + "nothing/", "", 10) == ()
