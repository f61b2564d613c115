-- Calls the REST API. API_PATHS: a file of addresses that are asked one after the other; API_TOKEN:
-- the access token; API_BODY: what is posted, with another number in place of # each time.
local paths, turn = {}, 0
local body, headers = os.getenv("API_BODY"), { ["Authorization"] = "Bearer " .. os.getenv("API_TOKEN") }

function init()
  for path in io.lines(os.getenv("API_PATHS")) do
    paths[#paths + 1] = path
  end
  if body then
    headers["Content-Type"] = "application/json"
  end
end

function request()
  turn = turn + 1
  local path = paths[(turn - 1) % #paths + 1]
  if body then
    return wrk.format("POST", path, headers, (body:gsub("#", turn)))
  end
  return wrk.format("GET", path, headers)
end
