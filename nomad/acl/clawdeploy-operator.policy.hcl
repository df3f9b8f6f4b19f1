# What a person who looks after the fleet may do: see everything, restart a task, read its log.
# No exec and no file access, since both reach a tenant's keys.

namespace "default" {
  capabilities = [
    "list-jobs",
    "read-job",
    "read-logs",
    "alloc-lifecycle",
    "evaluate-job",
  ]
}

agent {
  policy = "read"
}

node {
  policy = "write"
}

operator {
  policy = "read"
}
