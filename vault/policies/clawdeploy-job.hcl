# What a task of the control plane's own job may do: read the secret files of its role, by the task's
# name in its identity. The role clawdeploy gives each task an entity of its own under that name.
# @jwt_accessor@ is the accessor of the auth mount jwt-nomad.

path "kv/data/clawdeploy/{{identity.entity.aliases.@jwt_accessor@.name}}" {
  capabilities = ["read"]
}

# Nomad keeps the task's token alive and gives it back at the end.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "auth/token/renew-self" {
  capabilities = ["update"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
