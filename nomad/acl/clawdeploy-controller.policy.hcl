# What the controller, and no other role, may do in Nomad: run the jobs of instances, and nothing else.
# No exec into tasks, no logs, no files: a stolen token must not open a tenant's gateway.

namespace "default" {
  capabilities = [
    "list-jobs",
    "parse-job",
    "read-job",
    "plan-job",
    "register-job",
    "deregister-job",
    "purge-job",
    "evaluate-job",
    # Signals: what is deleted ends at once, and its tenant's connections with it.
    "alloc-lifecycle",
  ]

  # The config of an instance: never a secret, always under its job's own path.
  variables {
    path "nomad/jobs/oc-*" {
      capabilities = ["list", "read", "write", "destroy"]
    }
  }
}

# Room and health of the nodes, for the pool's decisions.
node {
  policy = "read"
}

# Programs and compiled code, read-only for every instance: what one tenant could write there would
# run in all others.
host_volume "openclaw" {
  capabilities = ["mount-readonly"]
}
