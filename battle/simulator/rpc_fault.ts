// A JSON-RPC error that a simulated node answers with. Thrown by method handlers and their parameter parsers, caught
// in one place (`SimulatedNode.answer`). The texts are those of go-ethereum, since routers sort errors by them.

export class RpcFault extends Error {
  override readonly name = "RpcFault";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }

  /** The error object's JSON text. */
  json(): string {
    const data = this.data === undefined ? {} : { data: this.data };
    return JSON.stringify({ code: this.code, message: this.message, ...data });
  }
}

export function invalidParams(message: string): RpcFault {
  return new RpcFault(-32602, message);
}
