"""The base of the typed settings: values come from the environment, and every problem is named."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.lib.database_url import NOTICE_QUICKLY, database_from_url
from statuspage.lib.env import (
    AreaSettings,
    Configuration,
    ConfigurationError,
    Positive,
    Token,
    WordList,
    secret,
    written,
)


class Sample(AreaSettings):
    """A sample."""

    NAME: str = "default"
    """What it is for."""
    FLAG: bool = True
    COUNT: Positive = 7
    RATIO: float = 1.5
    HOSTS: WordList = written("a,b")
    KEY: Annotated[str, secret("the demonstration's secret", shortest=16)] = ""
    OTHER_KEY: Annotated[str, secret("another demonstration", shortest=16)] = "one of its own, long"
    TOKEN: Token = ""


@pytest.fixture
def read(monkeypatch):
    """Return the sample as it is read from the given variables, with DEBUG on."""

    def one(**environment: str) -> Sample:
        for name in ("DEBUG", *Sample.exposed()):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"DEBUG": "true", **environment}.items():
            monkeypatch.setenv(name, value)
        return Configuration([Sample]).of(Sample)

    return one


@pytest.fixture
def refused(read):
    """Return the problems that are named for the given variables."""

    def problems(**environment: str) -> dict[str, str]:
        with pytest.raises(ConfigurationError) as stop:
            read(**environment)
        return dict(stop.value.problems)

    return problems


def test_defaults_stand_for_what_is_not_set_or_empty(read):
    for found in (read(), read(NAME="", FLAG="", COUNT="", RATIO="")):
        assert (found.NAME, found.FLAG, found.COUNT, found.RATIO) == ("default", True, 7, 1.5)


def test_an_empty_list_means_none_and_an_unset_one_its_default(read):
    assert read().HOSTS == ["a", "b"]
    assert read(HOSTS="").HOSTS == []
    assert read(HOSTS=" a, b ,,c").HOSTS == ["a", "b", "c"]


def test_flags_are_words(read):
    assert all(read(FLAG=word).FLAG for word in ("1", "true", "TRUE", "yes", "on"))
    assert not any(read(FLAG=word).FLAG for word in ("0", "false", "False", "no", "off"))


@given(st.integers(1, 10**9))
def test_whole_numbers_are_read(number):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEBUG", "true")
        patch.setenv("COUNT", str(number))
        found = Sample()
    assert number == found.COUNT


def test_every_problem_is_named_at_once_in_a_line_of_its_own(read):
    with pytest.raises(ConfigurationError) as stop:
        read(DEBUG="perhaps", FLAG="perhaps", COUNT="many", RATIO="nan?", KEY="# a comment")
    assert isinstance(stop.value, SystemExit)
    assert str(stop.value).splitlines() == [
        "candor: setting DEBUG: must be true or false, not 'perhaps'",
        "candor: setting FLAG: must be true or false, not 'perhaps'",
        "candor: setting COUNT: must be a whole number, not 'many'",
        "candor: setting RATIO: must be a number, not 'nan?'",
        "candor: setting KEY: begins with '#': put the comment on a line of its own",
    ]


def test_several_areas_are_read_at_once_and_a_shared_problem_is_named_once(monkeypatch):
    class Other(AreaSettings):
        M: Positive = 1

    monkeypatch.setenv("KEY", "a secret of mine!")
    for name, value in {"DEBUG": "perhaps", "COUNT": "0", "M": "0.5"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as stop:
        Configuration([Sample, Other])
    assert [name for name, _ in stop.value.problems] == ["DEBUG", "COUNT", "M"]


def test_what_begins_with_a_hash_is_refused_everywhere(refused):
    names = [*Sample.exposed()]
    assert [*refused(**dict.fromkeys(names, "# such as this"))] == names


def test_any_value_may_be_in_a_file(read, refused, tmp_path):
    file, missing, binary = tmp_path / "file", tmp_path / "missing", tmp_path / "binary"
    file.write_text("12\n")
    binary.write_bytes(b"\xff\xfe")
    assert read(COUNT_FILE=str(file), COUNT="").COUNT == 12
    assert read(COUNT_FILE="", COUNT="3").COUNT == 3
    assert refused(COUNT_FILE=str(file), COUNT="3") == {
        "COUNT_FILE": "is set together with COUNT: leave one empty"
    }
    assert refused(NAME_FILE=str(missing), KEY_FILE=str(tmp_path), HOSTS_FILE=str(binary)) == {
        "NAME_FILE": "cannot be read (No such file or directory)",
        "KEY_FILE": "cannot be read (Is a directory)",
        "HOSTS_FILE": "is not UTF-8 text",
    }
    for content, problem in {
        " \n": "is an empty file",
        "a\nb\n": "holds more than one line",
    }.items():
        file.write_text(content)
        assert refused(KEY_FILE=str(file))["KEY_FILE"] == problem
    file.write_text("# a comment\n")
    assert "begins with '#'" in refused(KEY_FILE=str(file))["KEY"]


def test_a_secret_is_required_in_production_and_must_be_good(read, refused):
    assert read().KEY == "the demonstration's secret"
    assert read(KEY="short").KEY == "short"
    assert read(DEBUG="false", KEY="a secret of mine!").KEY == "a secret of mine!"
    for value, problem in {
        "": "is required when DEBUG is off",
        "the demonstration's secret": "still has the demonstration's value",
        "a secret": "must have at least 16 characters",
        "abcabcabcabcabcabcabc": "is easily guessed: use random characters",
        "change-me change-me change": "is easily guessed: use random characters",
        "abcdefghijklmnopqrstuvwxyz": "is easily guessed: use random characters",
        "0123456701234567": "is easily guessed: use random characters",
    }.items():
        assert refused(DEBUG="false", KEY=value) == {"KEY": problem}


def test_no_secret_stands_in_two_variables(refused):
    same = "a secret of mine!"
    assert refused(DEBUG="false", KEY=same, OTHER_KEY=same) == {
        "OTHER_KEY": "is the same as KEY: every secret must be its own"
    }


def test_a_token_may_be_empty_but_not_guessed(read, refused):
    good = {"DEBUG": "false", "KEY": "a secret of mine!"}
    assert read(**good).TOKEN == ""
    assert read(**good, TOKEN="8c1f0e52b7a94d36").TOKEN
    assert refused(**good, TOKEN="x") == {"TOKEN": "must have at least 16 characters"}
    assert "easily guessed" in refused(**good, TOKEN="12341234123412341234")["TOKEN"]


def test_a_problem_shows_no_secret(refused):
    assert "hunter2" not in str(refused(DEBUG="false", KEY="hunter2"))


def test_a_database_url_with_everything():
    found = database_from_url(
        "postgresql://me:p%40ss@db.example.com:5433/candor?sslmode=require&connect_timeout=9"
    )
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("candor", "me", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db.example.com", "5433")
    assert found["OPTIONS"] == {**NOTICE_QUICKLY, "sslmode": "require", "connect_timeout": "9"}


def test_a_database_url_with_a_socket_folder():
    found = database_from_url("postgresql://postgres:@/postgres?host=/run/postgres")
    assert (found["HOST"], found["NAME"]) == ("/run/postgres", "postgres")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://a/b", "must start with postgresql://"),
        ("nonsense", "must start with postgresql://"),
        ("postgresql://host", "must name a database"),
        ("postgresql://me:pa/ss@db/candor", "must write special characters of the password"),
    ],
)
def test_anything_but_a_postgresql_url_is_refused(url, problem):
    with pytest.raises(ValueError, match=problem) as refusal:
        database_from_url(url)
    assert "'pa'" not in str(refusal.value)
