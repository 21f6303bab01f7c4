//! The CloudFormation template of answer A: nginx on AWS Fargate behind an Application Load Balancer, with an ACM
//! certificate and a Route 53 record. The tasks have no task role; the execution role may only write their log.

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};
use crate::generate::proxies::nginx_location;

pub(super) fn template(target: &NameTarget) -> GeneratedFile {
    let location = nginx_location(target, "https://$http_host/", "");
    let configuration = format!(
        "server {{\n  listen 8080;\n  client_max_body_size 0;\n  resolver 169.254.169.253 valid=60s;\n  set $ecr {};\n  location = /healthz {{ access_log off; return 200; }}\n{location}  location / {{ return 404; }}\n}}\n",
        target.registry
    );
    let mut indented = String::new();
    for line in configuration.lines() {
        indented += "                ";
        indented += line;
        indented += "\n";
    }
    let text = TEMPLATE
        .replace("@NAME@", target.name.host())
        .replace("@REGISTRY@", target.registry.as_str())
        .replace("@CONFIGURATION@\n", &indented);
    GeneratedFile {
        id: GeneratedFileId::CloudFormation,
        answer: AnswerId::ReverseProxy,
        title: "CloudFormation: proxy on AWS Fargate".to_owned(),
        file_name: "registry-proxy.yaml".to_owned(),
        place: "registry-proxy.yaml".to_owned(),
        text,
        notes: vec![
            "Create the stack in the Region of the registry, with --capabilities CAPABILITY_IAM.".to_owned(),
            "The tasks have no AWS permissions. Their subnets need a route to ECR and to public.ecr.aws.".to_owned(),
            "The load balancer keeps slow uploads open for 900 seconds.".to_owned(),
        ],
        warning: None,
    }
}

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Description: "@NAME@ in front of @REGISTRY@"

Parameters:
  Name:
    Type: String
    Default: @NAME@
    Description: The name of the registry.
  HostedZoneId:
    Type: AWS::Route53::HostedZone::Id
    Description: The public hosted zone that contains the name.
  VpcId:
    Type: AWS::EC2::VPC::Id
  LoadBalancerSubnets:
    Type: List<AWS::EC2::Subnet::Id>
    Description: At least two subnets in different Availability Zones.
  ProxySubnets:
    Type: List<AWS::EC2::Subnet::Id>
    Description: Subnets with a route to the internet.
  ProxyPublicIp:
    Type: String
    AllowedValues: [ENABLED, DISABLED]
    Default: DISABLED
    Description: ENABLED in public subnets without a NAT gateway.
  Scheme:
    Type: String
    AllowedValues: [internet-facing, internal]
    Default: internal
  ClientNetwork:
    Type: String
    Description: The network that may connect, such as 10.0.0.0/8.
    AllowedPattern: "^[0-9.]+/[0-9]{1,2}$"
  ProxyImage:
    Type: String
    Default: public.ecr.aws/nginx/nginx:stable
    Description: An image of nginx. Pin its digest for production.

Resources:
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: !Ref Name
      ValidationMethod: DNS
      DomainValidationOptions:
        - DomainName: !Ref Name
          HostedZoneId: !Ref HostedZoneId

  LoadBalancerSecurityGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: HTTPS to the registry name
      VpcId: !Ref VpcId
      SecurityGroupIngress:
        - Description: HTTPS from the clients
          IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: !Ref ClientNetwork
      SecurityGroupEgress:
        - Description: Health checks and requests, limited below
          IpProtocol: tcp
          FromPort: 8080
          ToPort: 8080
          DestinationSecurityGroupId: !Ref ProxySecurityGroup

  ProxySecurityGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: The registry proxy
      VpcId: !Ref VpcId
      SecurityGroupEgress:
        - Description: HTTPS to ECR
          IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 0.0.0.0/0

  ProxyIngress:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      Description: Requests from the load balancer
      GroupId: !Ref ProxySecurityGroup
      IpProtocol: tcp
      FromPort: 8080
      ToPort: 8080
      SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup

  LoadBalancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Type: application
      Scheme: !Ref Scheme
      Subnets: !Ref LoadBalancerSubnets
      SecurityGroups: [!Ref LoadBalancerSecurityGroup]
      LoadBalancerAttributes:
        - Key: idle_timeout.timeout_seconds
          Value: "900"
        - Key: routing.http.drop_invalid_header_fields.enabled
          Value: "true"
        - Key: routing.http.preserve_host_header.enabled
          Value: "true"

  TargetGroup:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref VpcId
      TargetType: ip
      Protocol: HTTP
      Port: 8080
      HealthCheckPath: /healthz
      TargetGroupAttributes:
        - Key: deregistration_delay.timeout_seconds
          Value: "300"

  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref LoadBalancer
      Protocol: HTTPS
      Port: 443
      SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
      Certificates:
        - CertificateArn: !Ref Certificate
      DefaultActions:
        - Type: forward
          TargetGroupArn: !Ref TargetGroup

  LogGroup:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      RetentionInDays: 30

  ExecutionRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: ecs-tasks.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: write-log
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - logs:CreateLogStream
                  - logs:PutLogEvents
                Resource: !GetAtt LogGroup.Arn

  Cluster:
    Type: AWS::ECS::Cluster

  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: "256"
      Memory: "512"
      ExecutionRoleArn: !GetAtt ExecutionRole.Arn
      ContainerDefinitions:
        - Name: proxy
          Image: !Ref ProxyImage
          Essential: true
          PortMappings:
            - ContainerPort: 8080
          EntryPoint: [/bin/sh, -c]
          Command:
            - printf '%s' "$NGINX_CONFIGURATION" > /etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'
          Environment:
            - Name: NGINX_CONFIGURATION
              Value: |
@CONFIGURATION@
          LogConfiguration:
            LogDriver: awslogs
            Options:
              awslogs-group: !Ref LogGroup
              awslogs-region: !Ref AWS::Region
              awslogs-stream-prefix: proxy

  Service:
    Type: AWS::ECS::Service
    DependsOn: Listener
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      DesiredCount: 2
      HealthCheckGracePeriodSeconds: 60
      DeploymentConfiguration:
        DeploymentCircuitBreaker:
          Enable: true
          Rollback: true
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: !Ref ProxyPublicIp
          Subnets: !Ref ProxySubnets
          SecurityGroups: [!Ref ProxySecurityGroup]
      LoadBalancers:
        - ContainerName: proxy
          ContainerPort: 8080
          TargetGroupArn: !Ref TargetGroup

  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: !Ref HostedZoneId
      Name: !Ref Name
      Type: A
      AliasTarget:
        DNSName: !GetAtt LoadBalancer.DNSName
        HostedZoneId: !GetAtt LoadBalancer.CanonicalHostedZoneID

Outputs:
  Registry:
    Description: The name for docker login, pull and push.
    Value: !Ref Name
"#;
