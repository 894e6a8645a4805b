"""Manifests (spec/manifest.md): changed, and chained anew over whatever the files are now."""

import hashlib
import json


def written(header, segments):
    """The file's bytes, its own hash included."""
    text = "".join(json.dumps(part, separators=(",", ":")) + "\n" for part in [header, *segments]).encode()
    return text + b'{"sha256":"' + hashlib.sha256(text).hexdigest().encode() + b'"}\n'


def read(data):
    """Header and segments."""
    header, *segments, _ = [json.loads(line) for line in data.splitlines()]
    return header, segments


def fitted(folder):
    """Changes every manifest of the data folder so that it says what the files there are, and chains them anew."""
    previous = None
    for path in sorted((folder / "manifest").iterdir()):
        header, segments = read(path.read_bytes())
        if previous is not None:
            header["previous"] = previous
        for segment in segments:
            for member, extension in (("lines", "ndjson.zst"), ("disclosures", "disc")):
                name = f"{segment['first']:012}-{segment['last']:012}.{segment['generation']}.{extension}"
                file = folder / "segments" / name
                if file.exists():
                    data = file.read_bytes()
                    segment[member] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        data = written(header, segments)
        path.write_bytes(data)
        previous = hashlib.sha256(data).hexdigest()


def manifest_changes(data):
    """Changes of one manifest: (what, new bytes)."""
    header, segments = read(data)
    assert written(header, segments) == data, "written as it was read, the file is the same"
    yield "number", written({**header, "number": header["number"] + 1}, segments)
    yield "previous", written({**header, "previous": "0" * 64}, segments)
    yield "sealed_to", written({**header, "sealed_to": header["sealed_to"] - 1}, segments)
    yield "the last segment is left out", written({**header, "sealed_to": segments[-1]["first"]}, segments[:-1])
    yield "the first segment is left out", written(header, segments[1:])
    yield "a segment's last leaf", written(header, [*segments[:-1], {**segments[-1], "last": segments[-1]["last"] + 1}])
    yield "a segment's generation", written(header, [*segments[:-1], {**segments[-1], "generation": 7}])
    yield "two segments change places", written(header, [segments[1], segments[0], *segments[2:]])
    yield "hash of the lines", written(header, [{**segments[0], "lines": {**segments[0]["lines"], "sha256": "0" * 64}}, *segments[1:]])
    yield "length of the disclosures", written(header, [{**segments[0], "disclosures": {**segments[0]["disclosures"], "bytes": 1}}, *segments[1:]])
