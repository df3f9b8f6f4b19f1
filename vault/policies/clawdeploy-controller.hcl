# The controller makes and swaps gateway tokens, and ends the secrets of an instance with the instance.
# It sees that keys exist, and which versions; never their values.

path "kv/data/instances/+/gateway" {
  capabilities = ["create", "update", "read"]
}

path "kv/metadata/instances/+/gateway" {
  capabilities = ["read", "delete"]
}

path "kv/metadata/instances/+/keys" {
  capabilities = ["read", "delete"]
}

# At the end of a rotation one of the two values of a key is removed, unread, and old versions end.
path "kv/data/instances/+/keys" {
  capabilities = ["create", "update", "patch"]
}

path "kv/destroy/instances/+/keys" {
  capabilities = ["update"]
}

# The sweeper looks for secrets whose instance is gone.
path "kv/metadata/instances" {
  capabilities = ["list"]
}

path "kv/metadata/instances/" {
  capabilities = ["list"]
}

path "kv/metadata/instances/+/" {
  capabilities = ["list"]
}

# With an instance its identity ends: the entity that Vault made when the task first logged in. The
# control plane can look such an entity up and delete it; it can make none and change none.
path "sys/auth" {
  capabilities = ["read"]
}

path "identity/lookup/entity" {
  capabilities = ["update"]
}

path "identity/entity/id/+" {
  capabilities = ["delete"]
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
