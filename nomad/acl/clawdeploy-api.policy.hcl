# The API writes intent to the database and keys to Vault; it has no business in Nomad.
# Its token is valid, so that its readiness check can tell "unknown token" from "Nomad is down".

namespace "default" {
  policy = "deny"
}
