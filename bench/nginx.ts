// nginx as a reference proxy: one worker, HTTP/1.1 and kept connections to the upstream, no access log.

import type { Endpoint } from "./haproxy.ts";
import { freePorts, untilListening } from "./ports.ts";
import type { Stage } from "./stage.ts";

/** `folder` takes its scratch files. One process is master and worker in one, so that nothing can outlive it. */
export function nginxConfig(port: number, upstreamPort: number, folder: string): string {
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
${scratch.map((kind) => `  ${kind}_temp_path ${folder}/nginx_${kind};\n`).join("")}  tcp_nodelay on;
  keepalive_requests 1000000000;
  upstream upstream {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://upstream;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}

export async function startNginx(stage: Stage, upstreamPort: number): Promise<Endpoint> {
  const [port] = await freePorts(1) as [number];
  const file = await stage.file("nginx.conf", nginxConfig(port, upstreamPort, stage.folder));
  const process = stage.start("nginx", "nginx", ["-e", "stderr", "-c", file]);
  await untilListening(port, process);
  return { port, process };
}
