//! User agents as the platforms send them.

use event::Agents;
use indelible_enrich::Platforms;

#[test]
fn platforms_are_recognised_by_what_they_send() {
    for (agent, platform) in [
        ("actions/http-client", "GitHub Actions"),
        ("@actions/artifact-2.1.0", "GitHub Actions"),
        ("GitHubActionsRunner-linux-x64/2.311.0 CLR/6.0", "GitHub Actions"),
        (
            "aws-sdk-js/3.369.0 os/linux/6.2.0 lang/js md/nodejs/16.16.0 configure-aws-credentials-for-github-actions",
            "GitHub Actions",
        ),
        (
            "AZURECLI/2.61.0 (DEB) azsdk-python-core/1.28.0 Python/3.11.8 GITHUBACTIONS/AzureLogin@v2_77ab",
            "GitHub Actions",
        ),
        ("google-github-actions:auth/2.1.3", "GitHub Actions"),
        ("npm/10.8.1 node/v20.15.0 linux x64 workspaces/false ci/github-actions", "GitHub Actions"),
        ("gitlab-runner 17.0.0 (17-0-stable; go1.21.9; linux/amd64)", "GitLab CI"),
        ("npm/10.8.1 node/v20.15.0 linux x64 workspaces/false ci/gitlab-ci", "GitLab CI"),
        ("Jenkins/2.452.2", "Jenkins"),
        ("circleci-cli/0.1.30549+39ac8b7", "CircleCI"),
        ("buildkite-agent/3.74.1.8475 (linux; amd64)", "Buildkite"),
        ("python-requests/2.31 azure-cli/2.60 VSTS_2f4b21a9_build_17_0", "Azure Pipelines"),
        ("AzurePipelines/1.0", "Azure Pipelines"),
        ("npm/9.0.0 node/v18.0.0 linux x64 workspaces/false ci/bitbucket-pipelines", "Bitbucket Pipelines"),
        ("TravisCI", "Travis CI"),
        ("TeamCity Server 2024.03 (build 156166)", "TeamCity"),
        ("codebuild.amazonaws.com", "AWS CodeBuild"),
        ("gcloud/1.0 (google-cloud-build)", "Google Cloud Build"),
        ("tektoncd-pipeline/v0.59.0", "Tekton"),
        ("argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format", "Argo CD"),
    ] {
        assert_eq!(Platforms.ci(agent), Some(platform), "{agent}");
    }
}

#[test]
fn people_and_plain_tools_are_no_platforms() {
    for agent in [
        "",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "curl/8.6.0",
        "cargo/1.79.0",
        "transactions/1.0",
        "quick-actions/1.0",
        "GitHub CLI 2.40.1",
        "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1",
        "kubectl/v1.30.2 (linux/amd64) kubernetes/3968350",
        "Boto3/1.26.114 Python/3.9.16 Linux/5.10.176 Botocore/1.29.114",
        "Travistock Browser/2 (drone 4)",
        "éactions/1",
    ] {
        assert_eq!(Platforms.ci(agent), None, "{agent}");
    }
}

#[test]
fn the_first_mark_decides() {
    assert_eq!(Platforms.ci("jenkins/2 buildkite/3"), Some("Jenkins"));
    assert_eq!(Platforms.ci("buildkite/3 jenkins/2"), Some("Buildkite"));
}
