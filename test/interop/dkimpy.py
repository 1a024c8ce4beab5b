# Signs and verifies with dkimpy: one JSON object of jobs on stdin, a JSON array of answers on stdout.
import base64
import json
import sys

import dkim

work = json.load(sys.stdin)
records = {name.encode() + b".": text.encode() for name, text in work["records"].items()}


def verify(message):
    try:
        verifier = dkim.DKIM(base64.b64decode(message))
        return "pass" if verifier.verify(dnsfunc=lambda name, timeout=5: records.get(name)) else "fail"
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def sign(job):
    message = base64.b64decode(job["message"])
    newline = b"\r\n" if b"\r\n" in message else b"\n"
    field = dkim.sign(
        message,
        job["selector"].encode(),
        job["domain"].encode(),
        job["key"].encode(),
        canonicalize=tuple(part.encode() for part in job["canonicalization"].split("/")),
        signature_algorithm=job["algorithm"].encode(),
        linesep=newline,
    )
    return base64.b64encode(field + message).decode()


json.dump({"verified": [verify(message) for message in work["verify"]], "signed": [sign(job) for job in work["sign"]]}, sys.stdout)
