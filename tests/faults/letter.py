"""The message of one case: what is handed to sendmail, and whether what the
smarthost received is that, whole, or its bounce, whole."""

import email
import email.policy


class Letter:
    """A message whose every line tells which case and which line it is."""

    def __init__(self, token, lines=40):
        self.token = token
        self.sender = f"from-{token}@origin.example"
        self.good = f"good-{token}@dest.example"
        self.refused = f"refused-{token}@dest.example"
        body = [f"line {i} of {token}" for i in range(1, lines + 1)]
        # What transport likes to get wrong: dots at the start, an empty end.
        body[1:1] = [".", "..two dots", ".one dot", ""]
        self.body = "\n".join(body) + "\n"
        self.text = (f"Subject: case {token}\nTo: {self.good},\n"
                     f"\t{self.refused}\n\n{self.body}")

    def command(self, program):
        return [program, "-i", "-f", self.sender, "--",
                self.good, self.refused]

    def is_whole(self, data):
        """Whether these received bytes are the message with its header."""
        head, _, body = data.partition(b"\r\n\r\n")
        return (f"Subject: case {self.token}".encode() in head
                and body == self.body.replace("\n", "\r\n").encode())

    def is_whole_bounce(self, data):
        """Whether these received bytes are a report on the refused one."""
        report = email.message_from_bytes(data, policy=email.policy.default)
        if report.get_content_type() != "multipart/report":
            return False
        kinds = [part.get_content_type() for part in report.iter_parts()]
        return (not report.defects and "message/delivery-status" in kinds
                and self.refused.encode() in data
                and self.good.encode() not in data.split(b"Subject:", 1)[0])
