"""Why a message was not taken."""

from clients_app.limits import ANSWER_MAX


class NotSent(Exception):
    """The message was not taken; the text is what the other side, or the way there, said, in such
    characters and at such length as a column takes, whatever they sent."""

    def __init__(self, answer: str, *, for_good: bool = False) -> None:
        super().__init__(" ".join(answer.replace("\0", " ").split())[:ANSWER_MAX])
        self.for_good = for_good  # to try again would change nothing
