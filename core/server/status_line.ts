// The status lines of answers, made once. Reason phrases are those of RFC 9110; a status without one has none.
// Called by core/server/response_writer.ts for each answer.

const reasons: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  417: "Expectation Failed",
  422: "Unprocessable Content",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

const lines: string[] = [];
for (let status = 0; status < 600; status++) lines.push(`HTTP/1.1 ${status} ${reasons[status] ?? ""}\r\n`);

/** `HTTP/1.1 200 OK` and its CRLF. Anything that is no status from 200 to 599 becomes 500. */
export function statusLine(status: number): string {
  return (status >= 200 ? lines[status] : undefined) ?? lines[500]!;
}
