# The API takes a tenant's provider keys and writes them; it can never read them back.

path "kv/data/instances/+/keys" {
  capabilities = ["create", "update", "patch"]
}

path "kv/metadata/instances/+/keys" {
  capabilities = ["read"]
}

# The gateway's own token, which the API hands to the instance's owner.
path "kv/data/instances/+/gateway" {
  capabilities = ["read"]
}

# The new value of a key campaign, written once; a worker takes it from there.
path "kv/data/campaigns/+" {
  capabilities = ["create"]
}

# Marks that tell one request with an idempotency key from another, without anything of the provider keys
# in it: made with a key that nobody can take out of Vault.
path "transit/hmac/clawdeploy-requests/sha2-256" {
  capabilities = ["update"]
}

# What signs webhooks: written and replaced here, read by a worker alone. The metadata say how many
# versions there are, and nothing of them.
path "kv/data/webhooks/+" {
  capabilities = ["create", "update"]
}

path "kv/metadata/webhooks/+" {
  capabilities = ["read"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "auth/token/renew-self" {
  capabilities = ["update"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
