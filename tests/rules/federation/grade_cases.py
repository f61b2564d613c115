"""Rules for the subjects of each platform, by how much they let in. FED-4."""

from clients_app.rules.federation.trust import Level

SAFE, CAUTION, DANGEROUS = Level
REPOSITORY = "{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}"
ENVIRONMENT = "{bd715740-c970-486b-b68a-b421ec2a1f8b}"
WORKFLOW = "o/r/w.yml@refs/heads/main"
CIRCLE = "org/o/project/p"
BRANCH = {"oidc.circleci.com/vcs-ref": "refs/heads/main"}
NO_SSH = {"oidc.circleci.com/ssh-rerun": "false"}
PROJECT = "project_path:g/p:ref_type:branch:ref"
WORKSPACE = "organization:o:project:p:workspace:w:run_phase"
IDS = {"terraform_organization_id": "org-1", "terraform_workspace_id": "ws-1"}
ACCOUNT = "arn:aws:iam::123456789012"
PROTECTED = {"environment": "prod", "environment_protected": "true"}

#: by platform, and by the level and words of a grade: the rules that have it, some with rules for
#: claims
GRADES: dict[str, dict[tuple[Level, str], list[str | tuple[str, dict[str, str]]]]] = {
    "github": {
        (SAFE, "one branch"): [
            "repo:o/r:ref:refs/heads/main",
            "repo:o@1/r@2:ref:refs/heads/main",
            ("*", {"repository_id": "2", "ref": "refs/heads/main"}),
            ("repo:o/r:*", {"environment": "prod"}),
            ("repo:o/r:environment:a%3Ab", {"environment": "a:b"}),
        ],
        (SAFE, "protection rules"): ["repo:o/r:environment:prod"],
        (CAUTION, "tag"): ["repo:o/r:ref:refs/tags/v1"],
        (CAUTION, "several branches"): ["repo:o/r:ref:refs/heads/release/*"],
        (CAUTION, "accepts nothing"): ["repo:o/r:environment:a:b"],
        (CAUTION, "call this workflow"): [
            (f"job_workflow_ref:{WORKFLOW}", {"repository_owner_id": "1"})
        ],
        (DANGEROUS, "any on GitHub"): [
            f"job_workflow_ref:{WORKFLOW}",
            ("*", {"job_workflow_ref": WORKFLOW}),
        ],
        (DANGEROUS, "pull requests"): [
            "repo:o/r:pull_request",
            "repo:o/r:*",
            "repo:o/r:pull_*",
            "repo:o/r",
            "repo:o/r:ref:refs/*",
            "repo:o/r:ref:refs/pull/1/merge",
            ("repo:o/r:*", {"event_name": "pull_request*"}),
        ],
        (DANGEROUS, "any branch"): [
            ("repo:o/r:*", {"event_name": "push"}),
            "repo:o/r:ref:refs/heads/*",
            ("repo:o/r:*", {"ref": "refs/heads/*"}),
        ],
        (DANGEROUS, "several environments"): ["repo:o/r:environment:*", "repo:o/r:environment:p*"],
        (DANGEROUS, "two environments"): ["repo:o/r:environment:a%3Ab"],
        (DANGEROUS, "repository of the owner"): [
            "repo:o/*:ref:refs/heads/main",
            ("*", {"repository_owner_id": "1"}),
        ],
        (DANGEROUS, "any repository on GitHub"): [
            "repo:o*/r:environment:prod",
            "repo:*",
            ("*", {"ref": "refs/heads/main"}),
            ("*", {"workflow": "deploy"}),
        ],
    },
    "gitlab": {
        (SAFE, "one project"): [
            (f"{PROJECT}:main", {"project_id": "20"}),
            "project_id:20:ref_type:branch:ref:main",
            ("project_id:20:*", PROTECTED),
        ],
        (CAUTION, "project_id"): [f"{PROJECT}:main"],
        (CAUTION, "several branches"): [(f"{PROJECT}:r-*", {"project_id": "20"})],
        (CAUTION, "tag can be moved"): ["project_id:20:ref_type:tag:ref:v1"],
        (CAUTION, "every protected branch"): [
            ("project_id:20:ref_type:branch:ref:*", {"ref_protected": "true"})
        ],
        (DANGEROUS, "any branch"): [
            "project_id:20:ref_type:branch:ref:*",
            ("project_id:20:*", {"environment": "prod"}),
        ],
        (DANGEROUS, "tag with the name"): ["project_id:20:ref_type:*:ref:main"],
        (DANGEROUS, "any project of the group"): ["project_path:g/*", ("*", {"namespace_id": "7"})],
        (DANGEROUS, "any project of this GitLab"): [("*", {"ref_protected": "true"})],
    },
    "bitbucket": {
        (SAFE, "one branch"): [
            f"{REPOSITORY}:{ENVIRONMENT}:*",
            (f"{REPOSITORY}:*", {"branchName": "main"}),
        ],
        (CAUTION, "several branches"): [(f"{REPOSITORY}:*", {"branchName": "r-*"})],
        (CAUTION, "UUID"): [f"{REPOSITORY}:prod:*"],
        (CAUTION, "one run"): [f"{REPOSITORY}:{ENVIRONMENT}"],
        (DANGEROUS, "any branch"): [f"{REPOSITORY}:*", f"{REPOSITORY}:*:*"],
        (DANGEROUS, "any repository"): ["*"],
    },
    "circleci": {
        (SAFE, "one branch"): [
            (f"{CIRCLE}/*", {**BRANCH, **NO_SSH}),
            (f"{CIRCLE}/user/*/vcs-origin/*/vcs-ref/refs/heads/main", NO_SSH),
        ],
        (CAUTION, "SSH"): [(f"{CIRCLE}/*", BRANCH)],
        (CAUTION, "one person"): [(f"{CIRCLE}/user/u", NO_SSH)],
        (DANGEROUS, "any branch"): [f"{CIRCLE}/*"],
        (DANGEROUS, "any project"): ["org/o/*"],
    },
    "terraform": {
        (SAFE, "applies of one workspace"): [
            (f"{WORKSPACE}:apply", IDS),
            ("*", {**IDS, "terraform_run_phase": "apply"}),
        ],
        (CAUTION, "name can be given"): [f"{WORKSPACE}:apply"],
        (DANGEROUS, "plans"): [(f"{WORKSPACE}:*", IDS), (f"{WORKSPACE}:plan", IDS)],
        (DANGEROUS, "any workspace"): ["organization:o:*"],
        (DANGEROUS, "any organization"): [("*", {"terraform_workspace_name": "prod"})],
    },
    "kubernetes": {
        (SAFE, "one service account"): ["system:serviceaccount:n:a"],
        (CAUTION, "several service accounts"): [
            ("*", {"kubernetes.io.namespace": "n"}),
            "system:serviceaccount:n:*",
        ],
        (DANGEROUS, "any namespace"): [
            "system:serviceaccount:*",
            "system:serviceaccount:n*:a",
            "*",
        ],
    },
    "aws": {
        (SAFE, "one role"): [f"{ACCOUNT}:role/team/r"],
        (CAUTION, "several roles"): [f"{ACCOUNT}:role/team/*", f"{ACCOUNT}:role/t*/r"],
        (DANGEROUS, "any role"): [f"{ACCOUNT}:role/*", f"{ACCOUNT}:*", "*"],
    },
    "google": {
        (SAFE, "one identity"): ["112233445566778899001"],
        (CAUTION, "Enter the id"): [("*", {"email": "a@b.example"})],
        (DANGEROUS, "any identity"): ["*"],
    },
    "entra": {
        (DANGEROUS, "any identity"): [("*", {"azpacr": "2"})],
    },
    "spiffe": {
        (SAFE, "one workload"): ["spiffe://example.org/ns/a"],
        (DANGEROUS, "any workload"): [
            "spiffe://example.org/ns/*",
            "spiffe://example.org/*",
            "spiffe://*",
        ],
    },
    "other": {
        (SAFE, "one subject"): ["importer"],
        (CAUTION, "other claims"): [("*", {"group": "a"})],
        (DANGEROUS, "may begin with this word"): ["team/*"],
        (DANGEROUS, "any subject"): [("*", {"group": "*"}), "*:*"],
    },
}
