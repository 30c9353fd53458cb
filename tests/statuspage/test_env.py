"""The reader of settings: typed, and loud about what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.env import ConfigurationError, Env, database_from_url


def test_text_comes_from_the_environment_or_its_default():
    env = Env({"NAME": "value", "EMPTY": ""})
    assert env.text("NAME", "default") == "value"
    assert env.text("EMPTY", "default") == "default"
    assert env.text("MISSING", "default") == "default"


def test_a_required_setting_that_is_missing_names_itself_in_one_line():
    with pytest.raises(ConfigurationError) as stop:
        Env({}).text("SECRET_KEY")
    assert str(stop.value) == "candor: setting SECRET_KEY: is required and not set"
    assert isinstance(stop.value, SystemExit)


def test_a_secret_may_be_in_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    assert Env({"KEY_FILE": str(secret), "KEY": "ignored"}).text("KEY") == "from the file"


def test_a_secret_file_that_is_missing_names_its_setting(tmp_path):
    with pytest.raises(ConfigurationError, match="KEY_FILE: cannot be read"):
        Env({"KEY_FILE": str(tmp_path / "nothing")}).text("KEY")


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "yes", "on"])
def test_true(word):
    assert Env({"FLAG": word}).flag("FLAG", False) is True


@pytest.mark.parametrize("word", ["0", "false", "False", "no", "off", ""])
def test_false(word):
    assert Env({"FLAG": word}).flag("FLAG", True) is False


def test_a_flag_that_is_neither_is_refused():
    with pytest.raises(ConfigurationError, match="FLAG: must be true or false"):
        Env({"FLAG": "perhaps"}).flag("FLAG", False)
    assert Env({}).flag("FLAG", True) is True


@given(st.integers(0, 10**9))
def test_whole_numbers(number):
    assert Env({"N": str(number)}).integer("N", 1) == number


@pytest.mark.parametrize("word", ["many", "1.5", "1e3"])
def test_what_is_no_whole_number_is_refused(word):
    with pytest.raises(ConfigurationError, match="N: must be a whole number"):
        Env({"N": word}).integer("N", 1)


def test_a_number_below_its_minimum_is_refused():
    with pytest.raises(ConfigurationError, match="N: must be at least 5"):
        Env({"N": "4"}).integer("N", 9, minimum=5)
    assert Env({"N": "0.5"}).number("N", 1.0) == 0.5
    assert Env({}).number("N", 1.5) == 1.5


def test_items_are_parted_by_commas():
    assert Env({"HOSTS": " a, b ,,c"}).items("HOSTS") == ["a", "b", "c"]
    assert Env({}).items("HOSTS", ("x",)) == ["x"]


def test_a_database_url_with_everything():
    found = database_from_url("postgresql://me:p%40ss@db.example.com:5433/candor?sslmode=require")
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("candor", "me", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db.example.com", "5433")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_database_url_with_a_socket_folder():
    found = database_from_url("postgresql://postgres:@/postgres?host=/run/postgres")
    assert (found["HOST"], found["NAME"]) == ("/run/postgres", "postgres")


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite:///x", "", "postgresql://host", "nonsense"])
def test_anything_but_postgresql_is_refused(url):
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        database_from_url(url)
