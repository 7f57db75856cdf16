"""Stacks: which names belong to one scene, and what the stack is called."""

import hashlib

import pytest

from domain.stack import Stack, stacks


def grouped(*names: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each stack's name with the names of its files."""
    files = [(str(number), name) for number, name in enumerate(names)]
    told = dict(files)
    return [
        (stack.name, tuple(told[file_id] for file_id in stack.file_ids))
        for stack in stacks("summer-42", files)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sea_AEB1.jpg", "sea_AEB2.jpg"),
        ("sea_AEB1.dng", "sea-aeb12.JPG"),
        ("sea_EV-2.jpg", "sea_EV+1.jpg"),
        ("sea_ev-2.jpg", "sea_Aeb3.jpg"),
        ("sea (bracket 1).jpg", "sea (Bracket 2).jpg"),
        ("sea_AEB1", "sea_AEB2"),
    ],
)
def test_exposures_of_one_scene_are_one_stack(first: str, second: str) -> None:
    assert grouped(first, second) == [("sea", (first, second))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.jpg", "b.jpg"),
        ("sea.jpg", "sea.png"),
        ("sea_AEB1.jpg", "lake_AEB1.jpg"),
        ("sea_AEB.jpg", "sea_AEB1.jpg"),
        ("seaAEB1.jpg", "sea_AEB2.jpg"),
        ("sea_EV1.jpg", "sea_EV+1.jpg"),
        ("sea-EV+1.jpg", "sea_EV+2.jpg"),
        ("sea(bracket 1).jpg", "sea (bracket 2).jpg"),
        ("sea (bracket  1).jpg", "sea (bracket 2).jpg"),
        ("sea_AEB1 copy.jpg", "sea_AEB2.jpg"),
        ("sea_AEB1_AEB1.jpg", "sea_AEB1.jpg"),
        ("_AEB1.jpg", "_AEB2.jpg"),
        (".sea_AEB1", ".lake_AEB1"),
        ("sea_AEB\N{ARABIC-INDIC DIGIT ONE}.jpg", "sea_AEB2.jpg"),
    ],
)
def test_other_files_stand_for_themselves(first: str, second: str) -> None:
    assert len(grouped(first, second)) == 2


def test_a_file_alone_is_a_stack_by_its_whole_name() -> None:
    assert grouped("Beach.jpg") == [("Beach.jpg", ("Beach.jpg",))]


def test_stacks_come_as_their_first_files_do_and_are_spelled_so() -> None:
    names = ("b.jpg", "Sea_AEB1.jpg", "a.jpg", "SEA_AEB2.jpg")

    assert grouped(*names) == [
        ("b.jpg", ("b.jpg",)),
        ("Sea", ("Sea_AEB1.jpg", "SEA_AEB2.jpg")),
        ("a.jpg", ("a.jpg",)),
    ]


def test_an_id_follows_from_order_and_name_alone() -> None:
    digest = hashlib.sha256(b"summer-42\0sea").hexdigest()

    found = stacks("summer-42", [("f1", "SEA_AEB1.jpg")])

    assert found == (Stack(id=f"stack_{digest[:32]}", name="SEA", file_ids=("f1",)),)
    assert stacks("winter-43", [("f1", "SEA_AEB1.jpg")])[0].id != found[0].id


def test_no_files_are_no_stacks() -> None:
    assert stacks("summer-42", []) == ()
