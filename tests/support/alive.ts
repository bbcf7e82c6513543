// Lasso's own timers keep no process alive, so a test that waits for nothing else needs this, as main has it.

/** Keeps the event loop going until the test has ended. */
export async function alive(test: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 1_000);
  try {
    await test();
  } finally {
    clearInterval(timer);
  }
}
