// Real files, a real watcher: each test waits for the change itself, never for a time.

import assert from "node:assert/strict";
import { ConfigWatcher } from "../../config/watch.ts";
import { systemClock } from "../../core/clock.ts";

class Changes {
  count = 0;
  #wake: () => void = () => {};

  readonly note = (): void => {
    this.count++;
    this.#wake();
  };

  async until(count: number): Promise<void> {
    while (this.count < count) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

async function inFolder(
  prepare: (folder: string) => Promise<void>,
  run: (folder: string, changes: Changes) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await prepare(folder);
    const changes = new Changes();
    await using _watcher = new ConfigWatcher({
      file: `${folder}/lasso.yaml`,
      clock: systemClock,
      onChange: changes.note,
    });
    await run(folder, changes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const write = (folder: string, name: string, text: string): Promise<void> =>
  Deno.writeTextFile(`${folder}/${name}`, text);

Deno.test("ConfigWatcher() fires once for a write in place", async () => {
  await inFolder((folder) => write(folder, "lasso.yaml", "a"), async (folder, changes) => {
    await write(folder, "lasso.yaml", "b");
    await changes.until(1);
    assert.equal(changes.count, 1);
  });
});

Deno.test("ConfigWatcher() fires for a file renamed over, and again for the next one", async () => {
  await inFolder((folder) => write(folder, "lasso.yaml", "a"), async (folder, changes) => {
    await write(folder, ".lasso.yaml.swp", "b");
    await Deno.rename(`${folder}/.lasso.yaml.swp`, `${folder}/lasso.yaml`);
    await changes.until(1);
    await write(folder, ".lasso.yaml.swp", "c");
    await Deno.rename(`${folder}/.lasso.yaml.swp`, `${folder}/lasso.yaml`);
    await changes.until(2);
    assert.equal(changes.count, 2);
  });
});

Deno.test("ConfigWatcher() fires when a folder that a symlink leads through is swapped, as ConfigMaps do", async () => {
  const version = async (folder: string, name: string, text: string): Promise<void> => {
    await Deno.mkdir(`${folder}/${name}`);
    await write(folder, `${name}/lasso.yaml`, text);
  };
  await inFolder(async (folder) => {
    await version(folder, "..1", "a");
    await Deno.symlink("..1", `${folder}/..data`);
    await Deno.symlink("..data/lasso.yaml", `${folder}/lasso.yaml`);
  }, async (folder, changes) => {
    for (const [index, text] of ["b", "c"].entries()) {
      await version(folder, `..${index + 2}`, text);
      await Deno.symlink(`..${index + 2}`, `${folder}/..data_tmp`);
      await Deno.rename(`${folder}/..data_tmp`, `${folder}/..data`);
      await Deno.remove(`${folder}/..${index + 1}`, { recursive: true });
      await changes.until(index + 1);
    }
    assert.equal(changes.count, 2);
  });
});

Deno.test("ConfigWatcher() follows a symlink into another folder", async () => {
  const elsewhere = await Deno.makeTempDir();
  try {
    await inFolder(async (folder) => {
      await write(elsewhere, "real.yaml", "a");
      await Deno.symlink(`${elsewhere}/real.yaml`, `${folder}/lasso.yaml`);
    }, async (_folder, changes) => {
      await write(elsewhere, "real.yaml", "b");
      await changes.until(1);
      assert.equal(changes.count, 1);
    });
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
});

Deno.test("ConfigWatcher() is silent about the same content, other files and a missing file", async () => {
  await inFolder((folder) => write(folder, "lasso.yaml", "a"), async (folder, changes) => {
    await write(folder, "lasso.yaml", "a");
    await write(folder, "other.yaml", "x");
    await Deno.remove(`${folder}/lasso.yaml`);
    await write(folder, "lasso.yaml", "b");
    await changes.until(1);
    assert.equal(changes.count, 1);
  });
});

Deno.test("ConfigWatcher() goes on when the file's folder is deleted and made again", async () => {
  const parent = await Deno.makeTempDir();
  const folder = `${parent}/conf`;
  // While no folder is watched nothing else keeps the test alive.
  const alive = setInterval(() => {}, 60_000);
  try {
    await Deno.mkdir(folder);
    await write(folder, "lasso.yaml", "a");
    const changes = new Changes();
    await using _watcher = new ConfigWatcher({
      file: `${folder}/lasso.yaml`,
      clock: systemClock,
      onChange: changes.note,
    });
    for (const [index, text] of ["b", "c"].entries()) {
      await Deno.remove(folder, { recursive: true });
      await Deno.mkdir(folder);
      await write(folder, "lasso.yaml", text);
      await changes.until(2 * index + 1);
      await write(folder, "lasso.yaml", `${text} again`);
      await changes.until(2 * index + 2);
    }
    assert.equal(changes.count, 4);
  } finally {
    clearInterval(alive);
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("ConfigWatcher() never reads a pipe: its content is for who loads it", async () => {
  const fifo = async (folder: string): Promise<void> => {
    await new Deno.Command("mkfifo", { args: [`${folder}/lasso.yaml`] }).output();
  };
  await inFolder(fifo, async (folder, changes) => {
    await write(folder, "new.yaml", "a");
    await Deno.rename(`${folder}/new.yaml`, `${folder}/lasso.yaml`);
    await changes.until(1);
    assert.equal(changes.count, 1);
  });
});
