"""What can go wrong for reasons that a person can do something about."""


class Problem(Exception):
    """The run cannot go on."""


class Impossible(Exception):
    """This machine or its kernel does not allow one scenario; the others go on."""
