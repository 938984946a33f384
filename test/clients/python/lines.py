"""The lines that the test reads."""


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def attempt(name, operation):
    try:
        operation()
        print(f"ok {name}")
    except BaseException as error:
        print(f"not ok {name}: {type(error).__name__} {error}".replace("\n", " "))
