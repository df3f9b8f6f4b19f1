# The worker seals backups and opens them again. It sees no key, no gateway token and no secret of an
# instance, and cannot take the sealing key out of Vault.

path "transit/encrypt/clawdeploy-backups" {
  capabilities = ["update"]
}

path "transit/decrypt/clawdeploy-backups" {
  capabilities = ["update"]
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
