"""Names that come with the data, where a person reads them."""


def printable(text: str) -> str:
    """With control characters, and what turns the direction of text, as escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
