"""A good target file of the family account-service, to be spoilt."""

GOOD = """
version = 1
name = "mine"
environment = "test"

[families.cdp]
document = "cdp-2023"
base_url = "https://uat.example.com/"

[families.cdp.credentials.default]
type = "oauth2-password"
client_id = "me"
username = "amina"
password = { env = "CLAUSEWISE_TEST_PASSWORD" }

[families.cdp.fixtures."customer.active"]
ecrn = "12"
"""
