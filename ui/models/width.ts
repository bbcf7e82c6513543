// The width of an element on the screen, for what is drawn in its pixels.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Ref } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";

/** `[ref, width]`; the width is 0 before the element is there. */
export function useWidth<Place extends Element>(): [Ref<Place>, ReadonlySignal<number>] {
  const place = useRef<Place>(null);
  const width = useMemo(() => signal(0), []);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null) return;
    const measure = (): void => void (width.value = Math.floor(current.getBoundingClientRect().width));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
