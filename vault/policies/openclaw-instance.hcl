# What the task of an instance may do: read its own secrets, by the job id in its identity.
# @jwt_accessor@ is the accessor of the auth mount jwt-nomad, filled in by tools/stack.

path "kv/data/instances/{{identity.entity.aliases.@jwt_accessor@.metadata.nomad_job_id}}/*" {
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
