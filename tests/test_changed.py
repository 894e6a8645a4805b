"""What somebody with the disk might do under a *running* log: nothing that was changed is shown as if sound, and nothing ends the server."""

import hashlib
import http.client
import json
import re
import struct

import zstandard


def doors(count):
    return [{"action": "door.opened", "actor": {"type": "user", "id": f"u{n % 5}", "name": f"Ann Lee{n % 5}"},
             "description": f"opened door {n}", "properties": {"n": n, "nonce": nonce(n)}} for n in range(count)]


def nonce(n):
    """Text that does not compress: zeros in its place leave room for a frame of the same length, whatever else the frame holds."""
    return hashlib.sha256(str(n).encode()).hexdigest()


def only(log, extension):
    (path,) = (log.data / "segments").glob(f"*.{extension}")
    return path


def change_frame(path, old, new):
    """Writes another text over the one frame of a segment, in place: as long, and with the checksum that the tables have."""
    data = bytearray(path.read_bytes())
    entry = len(data) - 9 - 2 * 12
    length, size, _ = struct.unpack_from("<III", data, entry)
    text = zstandard.ZstdDecompressor().decompress(bytes(data[:length]), max_output_size=size)
    assert text.count(old) == 1 and len(old) == len(new)
    frame = zstandard.ZstdCompressor(level=19).compress(text.replace(old, new))
    rest = length - len(frame) - 8
    assert rest >= 4
    frame += struct.pack("<II", 0x184D2A50, rest) + bytes(rest - 4) + data[entry + 8:entry + 12]
    with open(path, "r+b") as file:
        file.write(frame)


def broken_off(log, path, params):
    """Whether the body of an answer ends before it is whole; and what came of it."""
    connection = http.client.HTTPConnection(log.host, log.port, timeout=60)
    connection.request("GET", f"{path}?{params}")
    answer = connection.getresponse()
    assert answer.status == 200
    try:
        return False, answer.read()
    except http.client.IncompleteRead as broken:
        return True, broken.partial
    except ConnectionError:
        return True, b""


def test_a_changed_line_is_neither_shown_nor_exported_nor_fed(server):
    server.record(doors(40))
    server.seal()
    change_frame(only(server, "ndjson.zst"), nonce(17).encode(), b"0" * 64)
    page = server.get("/v1/entries", {"limit": "100", "full": "true", "source": "dev"})
    assert (page.status, page.json()["code"]) == (500, "damaged"), page
    leaf = int(page.json()["detail"].split("leaf ")[1].split(" ")[0])
    assert ".ndjson.zst" in server.stderr and f"leaf {leaf}" in server.stderr
    assert "indelible_damaged_reads_total" in server.get("/metrics").text
    for form in ("ndjson", "csv", "json"):
        broken, body = broken_off(server, "/v1/export", f"format={form}")
        assert broken and b'"complete":true' not in body and b"0" * 64 not in body
    broken, body = broken_off(server, "/v1/feed", "")
    assert broken and json.loads(body.splitlines()[-1])["problem"]["code"] == "damaged"
    assert server.running


def test_an_index_that_is_cut_short_ends_no_server(server):
    server.record(doors(3_000))
    server.seal()
    with open(only(server, "idx"), "r+b") as file:
        file.truncate(10)
    counts = [server.get("/v1/entries", {"q": f"actor:u{n}", "count": "true", "limit": "1"}) for n in range(5)]
    for answer in counts:
        assert (answer.status, answer.json().get("count", answer.json().get("code"))) in ((200, 600), (500, "damaged")), answer
    server.record(doors(1))
    assert server.running and server.get("/readyz").status == 200
    server.restart()
    assert server.get("/v1/entries", {"q": "actor:u3", "count": "true", "limit": "1"}).json()["count"] == 600, "made again"


def test_changed_hashes_are_in_no_tile_and_no_proof(server):
    receipts = server.record(doors(600))
    size = int(server.wait_checkpoint(601).split("\n")[1])
    tiles = ["/tile/0/000", "/tile/0/002.p/40", "/tile/1/000.p/2", "/tile/entries/000", "/tile/entries/001", "/tile/entries/002.p/40"]
    proofs = [f"/v1/consistency?from=100&to={size}", "/v1/consistency?from=256&to=512", f"/v1/consistency?from=512&to={size}"]
    paths = tiles + proofs + [f"/v1/entries/{receipts[at]['id']}/proof?size={size}" for at in (0, 300, 599)]
    truth = {path: server.get(path).body for path in paths}
    assert all(truth.values())
    for file, hash_at in (("digests", 3), ("digests", 300), ("digests", 520), ("level-1", 0), ("level-1", 1)):
        path = server.data / "tree" / file
        sound = path.read_bytes()
        with open(path, "r+b") as changed:
            changed.seek(32 * hash_at)
            changed.write(bytes(32))
        answers = {asked: server.get(asked) for asked in paths}
        refused = [asked for asked, answer in answers.items() if answer.status != 200]
        assert any(asked in tiles for asked in refused) and any(asked not in tiles for asked in refused), (file, hash_at, refused)
        for asked, answer in answers.items():
            if answer.status == 200:
                assert answer.body == truth[asked], (file, hash_at, asked)
            else:
                assert (answer.status, answer.json()["code"]) == (500, "damaged"), answer
        assert f"tree/{file} " in server.stderr
        path.write_bytes(sound)
        assert {asked: server.get(asked).body for asked in paths} == truth
    assert re.search(r"^indelible_damaged_reads_total [1-9]", server.get("/metrics").text, re.M)
    assert server.stop() == 0
    assert server.verify().returncode == 0
