/** The feed as the page follows it: places of entries, over breaks, and by whom it is asked. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Bearer } from "../../src/api/bearer.js";
import { Api } from "../../src/api/client.js";
import { Live } from "../../src/log/live.js";
import { type Reply, serve } from "../api/support.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const feed = (...pieces: string[]): Response => new Response(new ReadableStream({ start: (to) => (pieces.forEach((piece) => to.enqueue(new TextEncoder().encode(piece))), to.close()) }));

function follow(...replies: (Reply | Response)[]): { asked: ReturnType<typeof serve>; arrived: number[]; said: boolean[]; live: Live } {
  const [arrived, said]: [number[], boolean[]] = [[], []];
  let at = 0;
  const asked = serve(() => replies[at++] ?? [503]);
  const bearer = new Bearer(() => undefined);
  bearer.renew("t");
  const live = new Live(new Api("", bearer), new URLSearchParams("channel=auth"), (leaf) => arrived.push(leaf), (on) => said.push(on));
  return { asked, arrived, said, live };
}

describe("the feed", () => {
  it("tells of entries, however it is cut, and not of heartbeats or problems", async () => {
    const { arrived, asked, live } = follow(feed("id: 7\nda", 'ta: {"id":"x"}\n', "\n: heartbeat\nid: 9\n\nevent: problem\ndata: {}\n\nid: 12\r\ndata: {}\r\n\r\n"));
    await vi.advanceTimersByTimeAsync(10);
    live.close();
    expect(arrived).toEqual([7, 12]);
    expect(asked[0]).toMatchObject({ path: "/v1/feed?channel=auth&follow=true&last=0", credentials: "omit", headers: { Accept: "text/event-stream", Authorization: "Bearer t" } });
  });

  it("is opened anew for another token before the one in use ends, and tells of nothing twice", async () => {
    let first: ReadableStreamDefaultController<Uint8Array> | undefined;
    const open = new Response(new ReadableStream<Uint8Array>({ start: (to) => void (first = to) }));
    const { asked, arrived, said, live } = follow(open, feed("id: 7\ndata: {}\n\nid: 8\ndata: {}\n\n"), [503]);
    await vi.advanceTimersByTimeAsync(1);
    first?.enqueue(new TextEncoder().encode("id: 7\ndata: {}\n\n"));
    await vi.advanceTimersByTimeAsync(1);
    live.renew();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked[1]?.path).toContain("after_leaf=7");
    expect(arrived).toEqual([7, 8]);
    live.close();
    expect(said[0]).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  it("that ends or is refused is opened again behind the last place, later each time", async () => {
    const { asked, said, live } = follow(feed("id: 7\ndata: {}\n\n: heartbeat\nid: 9\n\n"), [503], [503]);
    await vi.advanceTimersByTimeAsync(499);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked[1]?.path).toContain("after_leaf=9");
    await vi.advanceTimersByTimeAsync(999);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(3);
    live.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(3);
    expect(said).toEqual([true, false, false, false]);
  });
});
