import assert from "node:assert/strict";
import { join } from "node:path";
import { listFiles, listFolders, readInside } from "../../../../core/server/api/data_files.ts";

const here = import.meta.dirname ?? "";

Deno.test(
  {
    name: "what may not be read is 503 without a path; what is not there is nothing",
    permissions: { read: [here] },
  },
  async () => {
    const refused = {
      status: 503,
      code: "unreadable",
      message: /^The data folder can't be read \([^/]*\)\.$/,
    };
    await assert.rejects(listFolders("/etc"), refused);
    await assert.rejects(listFiles("/etc", ".json", 1), refused);
    await assert.rejects(readInside("/etc", ["hosts"], 1_000), refused);
    assert.deepEqual(await listFolders(join(here, "not-there")), []);
    assert.deepEqual(await readInside(join(here, "not-there"), ["x"], 1_000), { missing: true });
  },
);
