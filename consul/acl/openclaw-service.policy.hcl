# What the workload identity of an instance's service may do: be listed as `openclaw`.

service "openclaw" {
  policy = "write"
}
