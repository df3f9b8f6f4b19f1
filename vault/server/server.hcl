# One Vault server for the development stack: data in files, sealed at every start, and unsealed by
# the supervisor with the one key it keeps.
# Names between @ signs are filled in by tools/stack; the result is a file of mode 600.

ui            = true
disable_mlock = true
api_addr      = "http://127.0.0.1:@vault_port@"

storage "file" {
  path = "@vault_data_dir@"
}

listener "tcp" {
  address         = "127.0.0.1:@vault_port@"
  cluster_address = "127.0.0.1:@vault_cluster_port@"
  tls_disable     = true
}
