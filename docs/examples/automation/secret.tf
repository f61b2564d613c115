# A client whose secret never enters the state: a script adds it and pipes the secret to where it is kept.
# The token is ephemeral, so it is in neither the plan nor the state.

terraform {
  required_version = ">= 1.10"
}

variable "portal" {
  type = string
}

variable "tenant" {
  type = string
}

variable "token" {
  type      = string
  ephemeral = true
  sensitive = true
}

variable "client_id" {
  type        = string
  description = "A GUID of your own, made once: uuidgen."
}

variable "store" {
  type        = string
  default     = "vault kv put -mount=secret pump secret=-"
  description = "The command that keeps the secret, which it reads from standard input."
}

resource "terraform_data" "pump_secret" {
  triggers_replace = var.client_id

  provisioner "local-exec" {
    command = "sh ${path.module}/add_client.sh ${var.store}"
    environment = {
      PORTAL    = var.portal
      TENANT    = var.tenant
      TOKEN     = var.token
      CLIENT_ID = var.client_id
      NAME      = "Pump"
      EXPIRES   = "2029-12-31T00:00:00Z"
    }
  }
}
