// Streams: each subscription key with who feeds it and who listens, what happened to streams, and the clients behind.

import type { JSX } from "preact";
import { Clients } from "./clients.tsx";
import { StreamEvents } from "./stream_events.tsx";
import { StreamList } from "./stream_list.tsx";

export function Streams(): JSX.Element {
  return (
    <>
      <StreamList />
      <StreamEvents />
      <Clients />
    </>
  );
}
