"""The rule of stacks, by examples: the native side has to give the same ones."""

import pytest

from tests.origin.stacks import Stack, stack_name, stacks


@pytest.mark.parametrize(
    "name",
    [
        "house_AEB1.jpg",
        "house-AEB12.dng",
        "house_aeb3.JPG",
        "house_EV-2.jpg",
        "house_ev+1.jpg",
        "house (bracket 3).tif",
        "house (BRACKET 3)",
    ],
)
def test_a_bracket_mark_at_the_end_of_the_stem_is_left_out(name: str) -> None:
    assert stack_name(name) == "house"


@pytest.mark.parametrize(
    "name",
    [
        "house.jpg",
        "_AEB1.jpg",
        "house_AEB.jpg",
        "house_AEB1_final.jpg",
        "house_EV2.jpg",
        "house-EV+1.jpg",
        "house(bracket 3).jpg",
        "house_AEB\u0661.jpg",
        ".house_AEB",
    ],
)
def test_what_has_no_mark_stands_for_itself(name: str) -> None:
    assert stack_name(name) == name


def test_only_the_last_mark_is_one() -> None:
    assert stack_name("house_AEB1_AEB2.jpg") == "house_AEB1"


def test_files_come_together_in_the_order_of_their_upload() -> None:
    files = [
        ("f1", "House_AEB1.jpg"),
        ("f2", "sea.jpg"),
        ("f3", "house_aeb2.dng"),
        ("f4", "sea.png"),
    ]

    assert stacks("summer", files) == [
        Stack(id="stack_1f7d7801c41e52807b49e7a36183d26d", name="House", file_ids=["f1", "f3"]),
        Stack(id="stack_5775bf4062b2e73d50b58622081d9b83", name="sea.jpg", file_ids=["f2"]),
        Stack(id="stack_fd59a73234afca1065177cad44513f69", name="sea.png", file_ids=["f4"]),
    ]


def test_another_order_has_other_stacks() -> None:
    files = [("f1", "house_AEB1.jpg")]

    assert stacks("summer", files)[0]["id"] != stacks("winter", files)[0]["id"]
