# The controller and the worker make and swap gateway tokens, and end the secrets of an instance
# with the instance. They see that keys exist, and which versions; never their values.

path "kv/data/instances/+/gateway" {
  capabilities = ["create", "update", "read"]
}

path "kv/metadata/instances/+/gateway" {
  capabilities = ["read", "delete"]
}

path "kv/destroy/instances/+/gateway" {
  capabilities = ["update"]
}

path "kv/metadata/instances/+/keys" {
  capabilities = ["read", "delete"]
}

path "kv/delete/instances/+/keys" {
  capabilities = ["update"]
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

path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "auth/token/renew-self" {
  capabilities = ["update"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
