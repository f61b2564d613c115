-- Asks for tokens by assertions, each once. BODIES: a file of bodies; TOKEN_PATH: where to.
local bodies

function init()
  bodies = io.open(os.getenv("BODIES"))
end

function request()
  return wrk.format("POST", os.getenv("TOKEN_PATH"), {
    ["Content-Type"] = "application/x-www-form-urlencoded",
  }, bodies:read("l") or error("All assertions are used."))
end
