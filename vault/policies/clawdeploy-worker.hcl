# The worker seals backups and opens them again, signs webhooks, and brings the new value of a key
# campaign to the instances. It can write their keys and never read them, sees no gateway's token, and
# cannot take the sealing key out of Vault.

path "kv/data/campaigns/+" {
  capabilities = ["read"]
}

path "kv/metadata/campaigns/+" {
  capabilities = ["delete"]
}

# It looks for values that were left of campaigns which are over.
path "kv/metadata/campaigns" {
  capabilities = ["list"]
}

path "kv/metadata/campaigns/" {
  capabilities = ["list"]
}

path "kv/data/instances/+/keys" {
  capabilities = ["create", "update", "patch"]
}

path "kv/metadata/instances/+/keys" {
  capabilities = ["read"]
}

# It signs webhooks, and destroys what signed for one that was removed.
path "kv/data/webhooks/+" {
  capabilities = ["read"]
}

path "kv/metadata/webhooks/+" {
  capabilities = ["delete"]
}

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
