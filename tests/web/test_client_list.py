def test_list(administrator_browser, machine):
    reply = administrator_browser.get("/security/clients")
    print(reply.content.decode())
    assert reply.status_code == 200
    for a in ("", "/secrets", "/roles", "/activity", "/secrets/add", f"/secrets/{machine.secret.pk}/remove"):
        reply = administrator_browser.get(f"/security/clients/{machine.client.pk}{a}")
        assert reply.status_code == 200, a
    for a in ("clients/add", "roles", "roles/add"):
        assert administrator_browser.get(f"/security/{a}").status_code == 200
