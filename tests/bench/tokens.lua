-- Asks for tokens, one client after the other. CREDENTIALS: a file of Authorization headers;
-- TOKEN_PATH and TOKEN_BODY: what is asked.
local requests, turn = {}, 0

function init()
  local path, body = os.getenv("TOKEN_PATH"), os.getenv("TOKEN_BODY")
  for header in io.lines(os.getenv("CREDENTIALS")) do
    requests[#requests + 1] = wrk.format("POST", path, {
      ["Authorization"] = header,
      ["Content-Type"] = "application/x-www-form-urlencoded",
    }, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
