// Can this certificate and key serve? The platform takes any text and fails each handshake later, so the pair is
// looked at before. Called by the listener, and by `lasso check` for a config that isn't run.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { LassoError } from "../errors.ts";

/** @throws LassoError `config` when the two PEM texts are no pair. */
export function checkTlsPair(cert: string, key: string): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch (thrown) {
    throw unusable("server.tls.cert holds no certificate", thrown);
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch (thrown) {
    throw unusable("server.tls.key holds no private key, or one with a passphrase", thrown);
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw unusable("the key does not belong to the certificate (the first one of its file)");
  }
}

function unusable(problem: string, cause?: unknown): LassoError {
  return new LassoError("config", `The TLS certificate or key can't be used: ${problem}`, {
    hint: "server.tls needs a PEM certificate chain, the server's own first, and its private key",
    cause,
  });
}
