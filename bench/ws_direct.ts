// How fast the WebSocket upstream is by itself: the same calls over one connection, so many in flight at any time, with
// frames that were made before. The generator costs next to nothing, so the figure is the upstream's.

import { Buffer } from "node:buffer";
import net from "node:net";
import { ethCall, firstId } from "./check_path.ts";
import { clientFrame, FrameCounter, handshakeRequest, isAccepted } from "./ws_frames.ts";

/** Answers per second. Throws when the upstream refuses, or ends the connection. */
export function directRate(host: string, inFlight: number, seconds: number): Promise<number> {
  const frame = clientFrame(ethCall(firstId, 1));
  const frames = Buffer.concat(Array.from({ length: inFlight }, () => frame));
  const [hostname, port] = host.split(":") as [string, string];
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    const counter = new FrameCounter();
    let head: string | null = "";
    let startedAt = 0;
    let answered = 0;
    const end = (failure: Error | null): void => {
      clearTimeout(timer);
      socket.destroy();
      if (failure !== null) reject(failure);
      else resolve(answered * 1_000 / (performance.now() - startedAt));
    };
    const timer = setTimeout(() => end(null), seconds * 1_000);
    socket.on("connect", () => socket.write(handshakeRequest(host, "/")));
    socket.on("error", end);
    socket.on("close", () => end(new Error("The WebSocket upstream ended the connection")));
    socket.on("data", (bytes: Buffer) => {
      if (head === null) {
        counter.feed(bytes);
        const more = counter.texts - answered;
        answered = counter.texts;
        if (more > 0) socket.write(frames.subarray(0, more * frame.length));
        return;
      }
      head += bytes.toString("latin1");
      if (!head.endsWith("\r\n\r\n")) return;
      if (!isAccepted(head)) return end(new Error(`The WebSocket upstream refused: ${head}`));
      head = null;
      startedAt = performance.now();
      socket.write(frames);
    });
  });
}
