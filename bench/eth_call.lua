-- The load of wrk: eth_call with a counter in its data and in its id, so that no cache can answer and no two
-- requests are alike. All bodies have one length, so the head is made once. The first argument after `--` tells runs
-- apart, the second, where there is one, is a further header line. Prints one line of JSON for bench/wrk.ts at the end.

local counter = 0
local head, before_data, after_data

function init(args)
  local run = tonumber(args[1]) or 0
  before_data = '{"jsonrpc":"2.0","id":%d,"method":"eth_call","params":[{"to":"0x' ..
    string.rep("c0ffee00", 5) .. '","data":"0x70a08231' .. string.format("%016x", run)
  after_data = '"},"latest"]}'
  local length = string.len(string.format(before_data, 1000000000)) + 16 + string.len(after_data)
  local more = args[2] and args[2] .. "\r\n" or ""
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n" .. more ..
    "Content-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n"
end

function request()
  counter = counter + 1
  return head .. string.format(before_data, 1000000000 + counter) ..
    string.format("%016x", counter) .. after_data
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'BENCH {"requests":%d,"durationUs":%d,"bytes":%d,"p50Us":%d,"p99Us":%d,' ..
    '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
