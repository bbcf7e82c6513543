// Certificates for TLS tests, made afresh with the openssl command line: a test CA, a server leaf for localhost,
// 127.0.0.1 and ::1, and a client leaf. Never used outside tests. A self-signed CA certificate would be refused as
// a server's, hence the leaf.

/** PEM texts. */
export interface TestCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** Makes a set in `dir`, or in a directory of its own that is removed again. */
export async function makeCertificates(dir?: string): Promise<TestCertificates> {
  const folder = dir ?? await Deno.makeTempDir({ prefix: "lasso-certificates-" });
  try {
    await openssl([
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", "/CN=Lasso test CA", "-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.pem`],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    await leaf(folder, "server", "localhost", [
      "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
      "extendedKeyUsage=serverAuth",
    ]);
    await leaf(folder, "client", "lasso-test-client", ["extendedKeyUsage=clientAuth"]);
    const [ca, cert, key, clientCert, clientKey] = await Promise.all(
      ["ca.pem", "server.pem", "server.key", "client.pem", "client.key"].map((name) =>
        Deno.readTextFile(`${folder}/${name}`)
      ),
    ) as [string, string, string, string, string];
    return { ca, cert, key, clientCert, clientKey };
  } finally {
    if (dir === undefined) await Deno.remove(folder, { recursive: true });
  }
}

async function leaf(
  folder: string,
  name: string,
  commonName: string,
  extensions: readonly string[],
): Promise<void> {
  await openssl([
    ...[
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      `/CN=${commonName}`,
    ],
    ...["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.csr`],
  ]);
  const lines = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", ...extensions];
  await Deno.writeTextFile(`${folder}/${name}.ext`, lines.join("\n") + "\n");
  await openssl([
    ...["x509", "-req", "-days", "2", "-in", `${folder}/${name}.csr`, "-out", `${folder}/${name}.pem`],
    ...["-CA", `${folder}/ca.pem`, "-CAkey", `${folder}/ca.key`, "-CAcreateserial"],
    ...["-extfile", `${folder}/${name}.ext`],
  ]);
}

async function openssl(args: readonly string[]): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("openssl", { args: [...args], stdout: "null", stderr: "piped" }).output();
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    throw new Error(
      "The TLS tests need the openssl command line: install it (Debian: apt-get install openssl).",
    );
  }
  if (!output.success) {
    throw new Error(`openssl ${args[0]} failed: ${new TextDecoder().decode(output.stderr)}`);
  }
}
