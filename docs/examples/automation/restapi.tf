# What has no secret is managed as usual, by a generic provider. The client is there before: secret.tf
# added it under an id of your own, so creating it here is a PUT, whose answer has no secret.

terraform {
  required_providers {
    restapi = {
      source  = "Mastercard/restapi"
      version = "~> 2.0"
    }
  }
}

provider "restapi" {
  uri                  = "${var.portal}/api/v1/Tenants/${var.tenant}"
  headers              = { Authorization = "Bearer ${var.token}" }
  id_attribute         = "Id"
  write_returns_object = true
}

resource "restapi_object" "reader" {
  path = "/Roles"
  data = jsonencode({ Name = "Orders.Reader", Description = "Reads orders" })
}

resource "restapi_object" "pump" {
  depends_on    = [terraform_data.pump_secret]
  path          = "/ClientCredentialClients"
  object_id     = var.client_id
  create_method = "PUT"
  create_path   = "/ClientCredentialClients/{id}"
  data = jsonencode({
    Id                  = var.client_id
    Name                = "Pump"
    AccessTokenLifetime = 600
    RoleIds             = [restapi_object.reader.id]
  })
}
